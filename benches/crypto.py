"""The Python peer of `crypto.rs`: one operation of `cryptography.fernet` on a value of one size.

Arguments: encrypt or decrypt, and the size. Reads how many operations to make, one number a line, and answers each with
the time of one, in nanoseconds.
"""

import sys
from time import perf_counter_ns

from cryptography.fernet import Fernet

operation, size = sys.argv[1], int(sys.argv[2])
fernet = Fernet(Fernet.generate_key())
value = b"a" * size
call, argument = fernet.encrypt, value
if operation == "decrypt":
    call, argument = fernet.decrypt, fernet.encrypt(value)

for line in sys.stdin:
    times = int(line)
    start = perf_counter_ns()
    for _ in range(times):
        call(argument)
    print((perf_counter_ns() - start) / times, flush=True)
