"""Material: what is asked about, in sections that know their place; read from texts and documents."""
