"""The command. A face: it reads arguments, tells a node or a pure function what to do, and prints the outcome."""
