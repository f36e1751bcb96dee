//! The readable text of a typed program, for `borel emit --stage types`.
