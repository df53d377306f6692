# An agent that is slow, but says that it is at work. Its prompt is in a file.
for step in reading thinking writing; do
  echo "$step …" >&2
  sleep 0.3
done
echo "plodder: $(head -n 1 "$1") ($(wc -l < "$1" | tr -d ' ') lines)"
