"""Every write of the portal: one function per thing a person does."""
