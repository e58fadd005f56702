"""Does what is proved agree with what packets do? Random networks, broken at random, verified and run in the lab."""
