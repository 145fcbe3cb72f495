"""A copy of everything an installation keeps, in one file, and how an empty installation is made from it.

The archive is a compressed tar: the database as it was at one moment, the uploads, the secrets, the demo's password,
and at its end `manifest.json`, which says of each file how long it is and what its SHA-256 is. An archive without it
is none. The job queue is not in it: what is to be done stands in the database.
"""
