package ddbcrypt.interop;

import com.fasterxml.jackson.databind.JsonNode;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;

/** The keys of a provider configuration; a key that is not configured is null. */
final class Keys {
  private final JsonNode provider;

  Keys(JsonNode provider) {
    this.provider = provider;
  }

  /** True when the named key is an RSA or EC key, or is missing and the other one is. */
  boolean isAsymmetric(String field, String otherField) {
    JsonNode key = provider.hasNonNull(field) ? provider.get(field) : provider.path(otherField);
    return "der".equals(key.path("encoding").asText());
  }

  SecretKey secret(String field) {
    if (!provider.hasNonNull(field)) {
      return null;
    }
    JsonNode key = provider.get(field);
    return new SecretKeySpec(bytes(key), key.get("algorithm").asText());
  }

  KeyPair pair(String publicField, String privateField) throws GeneralSecurityException {
    PublicKey publicKey = provider.hasNonNull(publicField) ? publicKey(publicField) : null;
    PrivateKey privateKey = provider.hasNonNull(privateField) ? privateKey(privateField) : null;
    return new KeyPair(publicKey, privateKey);
  }

  /** The signature algorithm of an asymmetric signing key, such as SHA256withRSA. */
  String algorithm(String field) {
    return provider.path(field).path("algorithm").asText();
  }

  private PublicKey publicKey(String field) throws GeneralSecurityException {
    JsonNode key = provider.get(field);
    return factory(key).generatePublic(new X509EncodedKeySpec(bytes(key)));
  }

  private PrivateKey privateKey(String field) throws GeneralSecurityException {
    JsonNode key = provider.get(field);
    return factory(key).generatePrivate(new PKCS8EncodedKeySpec(bytes(key)));
  }

  private static KeyFactory factory(JsonNode key) throws GeneralSecurityException {
    return KeyFactory.getInstance(key.get("algorithm").asText().endsWith("ECDSA") ? "EC" : "RSA");
  }

  private static byte[] bytes(JsonNode key) {
    return Base64.getDecoder().decode(key.get("base64").asText());
  }
}
