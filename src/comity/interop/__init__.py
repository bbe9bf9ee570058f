"""Other people's formats, read and written at the edge. A face: nothing here decides anything."""
