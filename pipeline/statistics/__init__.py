"""Statistics: functions of numbers and tables. No file is read or written here."""
