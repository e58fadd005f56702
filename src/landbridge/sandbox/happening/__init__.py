"""What happens by itself: events to rules' targets, schedules, alarms, and the deadlines of hooks."""
