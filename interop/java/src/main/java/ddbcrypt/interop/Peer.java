package ddbcrypt.interop;

import com.amazonaws.services.dynamodbv2.datamodeling.encryption.DynamoDBEncryptor;
import com.amazonaws.services.dynamodbv2.datamodeling.encryption.EncryptionContext;
import com.amazonaws.services.dynamodbv2.datamodeling.encryption.EncryptionFlags;
import com.amazonaws.services.dynamodbv2.model.AttributeValue;
import com.fasterxml.jackson.databind.JsonNode;
import java.security.GeneralSecurityException;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/** Encrypts or decrypts one item with the published encryptor. */
final class Peer {
  private static final String DEFAULT_PREFIX = "amzn-ddb-map-";

  private final JsonNode request;
  private final JsonNode names;
  private final boolean encrypting;
  private final Providers providers;

  Peer(JsonNode request, boolean encrypting, Providers providers) {
    this.request = request;
    this.names = request.path("java");
    this.encrypting = encrypting;
    this.providers = providers;
  }

  Map<String, AttributeValue> run(Map<String, AttributeValue> item)
      throws GeneralSecurityException {
    DynamoDBEncryptor encryptor =
        DynamoDBEncryptor.getInstance(
            providers.forRequest(request.get("provider"), encrypting, prefix()), prefix());
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

  private String prefix() {
    return names.path("description_prefix").asText(DEFAULT_PREFIX);
  }

  private String text(String field) {
    return request.hasNonNull(field) ? request.get(field).asText() : null;
  }
}
