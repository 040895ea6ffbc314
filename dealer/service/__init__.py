"""What customers bring to the house after the sale: complaints, enquiries, appointments in the workshop."""
