"""The lives of what comes after the sale, as workflow.py takes them in: complaints, enquiries, service appointments."""

from dealer.service import appointments, complaints, enquiries

LIVES = (complaints.COMPLAINTS, enquiries.ENQUIRIES, appointments.APPOINTMENTS)
of_deal = complaints.of_deal  # only a complaint is ever about a deal
