"""What an issue says: text from outside made harmless, sections, labels, owners, and the gate before it leaves."""
