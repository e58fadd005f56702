"""CloudFormation stacks from a design: one module a kind of stack. Pure: AWS is not asked."""

from landbridge.aws.stacks.planning import stack_plans

__all__ = ["stack_plans"]
