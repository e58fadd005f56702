"""`python -m landbridge` is `landbridge`."""

import sys

from landbridge.cli import main

sys.exit(main())
