//! Spreadsheets in and out; knows nothing of what a row means.
