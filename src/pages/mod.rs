//! Rendering of templates in the user's language; knows no routes.
