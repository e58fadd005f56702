"""Quotas: counted when something is made, refused in AWS' words, raised by the API of Service Quotas."""
