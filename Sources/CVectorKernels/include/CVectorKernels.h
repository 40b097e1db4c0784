int hearth_placeholder(void);
