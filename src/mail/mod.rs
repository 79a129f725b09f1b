//! Composing and sending mail; when to send is decided elsewhere.
