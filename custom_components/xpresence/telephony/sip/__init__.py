"""Any SIP phone system: by feature events, by codes and lamps."""
