"""What the shipped checks are made of: the shapes of answers, and steps that several checks share."""
