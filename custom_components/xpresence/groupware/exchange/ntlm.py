"""NTLM bound to the TLS connection that it is spoken over (Extended Protection)."""

from typing import Any, override

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from requests_ntlm import HttpNtlmAuth

from ..network.adapter import Watch

WEAK = ("md5", "sha1")


class NtlmAuth(HttpNtlmAuth):
    """NTLM that knows the server's certificate from the watch of the connection.

    The base class looks for it in an answer that has not been read yet; ours have.
    """

    def __init__(self, username: str, password: str, watch: Watch) -> None:
        """Keep the credentials, and the watch that holds the server's certificate."""
        super().__init__(username, password)
        self._watch = watch

    @override
    def _get_server_cert(self, response: Any) -> bytes | None:
        certificate = self._watch.certificate
        return None if certificate is None else endpoint_hash(certificate)


def endpoint_hash(certificate: bytes) -> bytes | None:
    """Return what binds a channel to its server (RFC 5929, 4.1).

    That is the certificate's hash by its own signature's algorithm, or by SHA-256 in
    place of a weak one; ``None`` if the algorithm has no hash, or is not known.
    """
    try:
        algorithm = x509.load_der_x509_certificate(certificate).signature_hash_algorithm
    except UnsupportedAlgorithm:
        return None
    if algorithm is None or algorithm.name in WEAK:
        algorithm = hashes.SHA256()
    digest = hashes.Hash(algorithm)
    digest.update(certificate)
    return digest.finalize()
