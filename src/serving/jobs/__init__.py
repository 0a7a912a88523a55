"""Work that is done later: asked for in a shop's own transaction, done once by whichever worker takes it."""
