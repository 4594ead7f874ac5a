// Sets nothing.
