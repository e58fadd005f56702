"""Who may call at all, as AWS sees it before it looks at what is asked: credentials, their end, the caller's clock, the Region."""
