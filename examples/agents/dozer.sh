# An agent that hangs: it takes the prompt, and is never heard of again.
trap '' TERM
sleep 1000
