//! Headers, URLs, forms and cookies, against a table and against laws.

mod form;
mod laws;
mod table;
