"""The truth table: under each fault that the lab knows, what the shipped checks find, beside what they should."""
