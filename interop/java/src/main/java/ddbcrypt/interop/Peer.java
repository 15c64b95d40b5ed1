package ddbcrypt.interop;

import com.amazonaws.services.dynamodbv2.datamodeling.encryption.DynamoDBEncryptor;
import com.amazonaws.services.dynamodbv2.datamodeling.encryption.EncryptionContext;
import com.amazonaws.services.dynamodbv2.datamodeling.encryption.EncryptionFlags;
import com.amazonaws.services.dynamodbv2.datamodeling.encryption.providers.AsymmetricStaticProvider;
import com.amazonaws.services.dynamodbv2.datamodeling.encryption.providers.EncryptionMaterialsProvider;
import com.amazonaws.services.dynamodbv2.datamodeling.encryption.providers.SymmetricStaticProvider;
import com.amazonaws.services.dynamodbv2.datamodeling.encryption.providers.WrappedMaterialsProvider;
import com.amazonaws.services.dynamodbv2.model.AttributeValue;
import com.fasterxml.jackson.databind.JsonNode;
import java.security.GeneralSecurityException;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import javax.crypto.SecretKey;

/** Runs one request with the published encryptor. */
final class Peer {
  private static final String DEFAULT_PREFIX = "amzn-ddb-map-";

  private final JsonNode request;
  private final JsonNode names;
  private final boolean encrypting;

  Peer(JsonNode request) {
    this.request = request;
    this.names = request.path("java");
    this.encrypting =
        switch (request.path("op").asText()) {
          case "encrypt" -> true;
          case "decrypt" -> false;
          default -> throw new IllegalArgumentException("op must be encrypt or decrypt");
        };
  }

  Map<String, AttributeValue> run(Map<String, AttributeValue> item)
      throws GeneralSecurityException {
    DynamoDBEncryptor encryptor = DynamoDBEncryptor.getInstance(provider(), prefix());
    if (names.hasNonNull("signature_attribute")) {
      encryptor.setSignatureFieldName(names.get("signature_attribute").asText());
    }
    if (names.hasNonNull("description_attribute")) {
      encryptor.setMaterialDescriptionFieldName(names.get("description_attribute").asText());
    }
    EncryptionContext context = context(item);
    Map<String, Set<EncryptionFlags>> flags = flags(item, encryptor);
    return encrypting
        ? encryptor.encryptRecord(item, flags, context)
        : encryptor.decryptRecord(item, flags, context);
  }

  private EncryptionContext context(Map<String, AttributeValue> item) {
    return new EncryptionContext.Builder()
        .withTableName(text("table"))
        .withHashKeyName(text("partition_key"))
        .withRangeKeyName(text("sort_key"))
        .withAttributeValues(item)
        .build();
  }

  /** Flags for each attribute of the item; an attribute that is not listed is left alone. */
  private Map<String, Set<EncryptionFlags>> flags(
      Map<String, AttributeValue> item, DynamoDBEncryptor encryptor) {
    Map<String, Set<EncryptionFlags>> flags = new HashMap<>();
    for (String name : item.keySet()) {
      if (!encrypting
          && (name.equals(encryptor.getSignatureFieldName())
              || name.equals(encryptor.getMaterialDescriptionFieldName()))) {
        continue;
      }
      switch (action(name)) {
        case "encrypt" -> flags.put(name, EnumSet.allOf(EncryptionFlags.class));
        case "sign" -> flags.put(name, EnumSet.of(EncryptionFlags.SIGN));
        case "none" -> {}
        default -> throw new IllegalArgumentException("unknown action");
      }
    }
    return flags;
  }

  /** Key attributes without an action of their own are signed, unless nothing is. */
  private String action(String name) {
    JsonNode actions = request.path("actions");
    if (actions.hasNonNull(name)) {
      return actions.get(name).asText();
    }
    String byDefault = request.path("default_action").asText("encrypt");
    if (!name.equals(text("partition_key")) && !name.equals(text("sort_key"))) {
      return byDefault;
    }
    boolean nothingSigned = byDefault.equals("none");
    for (JsonNode action : actions) {
      nothingSigned &= action.asText().equals("none");
    }
    return nothingSigned ? "none" : "sign";
  }

  private EncryptionMaterialsProvider provider() throws GeneralSecurityException {
    JsonNode config = request.get("provider");
    Keys keys = new Keys(config);
    boolean signingPair = keys.isAsymmetric("signing_key", "verification_key");
    Map<String, String> description = description(config, keys, signingPair);
    switch (config.path("type").asText()) {
      case "static" -> {
        SecretKey key = keys.secret("encryption_key");
        return signingPair
            ? new SymmetricStaticProvider(
                key, keys.pair("verification_key", "signing_key"), description)
            : new SymmetricStaticProvider(key, signingSecret(keys), description);
      }
      case "wrapped" -> {
        if (keys.isAsymmetric("wrapping_key", "unwrapping_key")) {
          return signingPair
              ? new AsymmetricStaticProvider(
                  keys.pair("wrapping_key", "unwrapping_key"),
                  keys.pair("verification_key", "signing_key"),
                  description)
              : new AsymmetricStaticProvider(
                  keys.pair("wrapping_key", "unwrapping_key"), signingSecret(keys), description);
        }
        SecretKey wrapping = keys.secret("wrapping_key");
        SecretKey unwrapping = keys.secret("unwrapping_key");
        return signingPair
            ? new WrappedMaterialsProvider(
                wrapping, unwrapping, keys.pair("verification_key", "signing_key"), description)
            : new WrappedMaterialsProvider(wrapping, unwrapping, signingSecret(keys), description);
      }
      default -> throw new IllegalArgumentException("provider type must be static or wrapped");
    }
  }

  /**
   * The requested description. A provider with one refuses to read items that lack it, so it is
   * asked for only on encryption; on decryption the item's own description says what to do.
   */
  private Map<String, String> description(JsonNode config, Keys keys, boolean signingPair) {
    Map<String, String> description = new HashMap<>();
    if (!encrypting) {
      return description;
    }
    if (signingPair) {
      description.put(prefix() + "signingAlg", keys.algorithm("signing_key"));
    }
    if (config.hasNonNull("wrap_algorithm")) {
      description.put("amzn-ddb-wrap-alg", config.get("wrap_algorithm").asText());
    }
    config
        .path("description")
        .fields()
        .forEachRemaining(f -> description.put(f.getKey(), f.getValue().asText()));
    return description;
  }

  private static SecretKey signingSecret(Keys keys) {
    SecretKey key = keys.secret("signing_key");
    return key != null ? key : keys.secret("verification_key");
  }

  private String prefix() {
    return names.path("description_prefix").asText(DEFAULT_PREFIX);
  }

  private String text(String field) {
    return request.hasNonNull(field) ? request.get(field).asText() : null;
  }
}
