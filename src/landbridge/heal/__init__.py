"""The Lambda that brings gateways into service and keeps a site reachable. Runs on AWS by itself: standard library and boto3 only."""
