"""CloudFormation of the sandbox's own, in the emulator's place: templates, change sets, updates in order, rollback.

Every resource is made, changed and removed by calls to the API, as anyone would make them.
"""
