"""Mission Control: the pages that people see, and how they are served."""
