"""Events (大促): their members, what those may cost, their calendar, their copies, and steps on many of them."""
