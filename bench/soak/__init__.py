"""`./run bench soak`: a flash sale under load while processes are killed and the database is stopped at once.

Real servers of its own, real HTTP clients that repeat what got no answer. At the end what clients were told is compared
with what the database has.
"""
