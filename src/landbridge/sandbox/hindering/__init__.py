"""What goes wrong with AWS itself, on purpose: events lost or delivered twice, calls refused as too many. And a journal of what happened,
by which it is told how well that was borne. None of it outlives the process."""
