"""Django's connection to SQLite, for processes in which several threads write.

SQLite has one writer. Who finds it taken looks again after a while, and each time after a longer one, up to a tenth of
a second; so who came last is often served first, and who waits long waits ever longer. Here the threads of a process
queue for BEGIN, and only the first of them looks.
"""
