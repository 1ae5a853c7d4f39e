"""The evidence map: passages of five documents on support for staff and what followed, as data."""
