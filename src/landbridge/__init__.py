"""One enterprise network across AWS Regions whose address spaces overlap, from one file."""

__version__ = "0.1.0"
