# An agent that uses up its tokens. Its prompt is on stdin, and it says what it has used: it may, with speaks: true.
read -r first
echo '::dagmar usage {"inputTokens":700,"outputTokens":500}'
echo "spender: $first"
