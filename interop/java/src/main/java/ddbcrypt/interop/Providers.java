package ddbcrypt.interop;

import com.amazonaws.services.dynamodbv2.datamodeling.encryption.DynamoDBEncryptor;
import com.amazonaws.services.dynamodbv2.datamodeling.encryption.providers.AsymmetricStaticProvider;
import com.amazonaws.services.dynamodbv2.datamodeling.encryption.providers.CachingMostRecentProvider;
import com.amazonaws.services.dynamodbv2.datamodeling.encryption.providers.DirectKmsMaterialProvider;
import com.amazonaws.services.dynamodbv2.datamodeling.encryption.providers.EncryptionMaterialsProvider;
import com.amazonaws.services.dynamodbv2.datamodeling.encryption.providers.SymmetricStaticProvider;
import com.amazonaws.services.dynamodbv2.datamodeling.encryption.providers.WrappedMaterialsProvider;
import com.amazonaws.services.dynamodbv2.datamodeling.encryption.providers.store.MetaStore;
import com.amazonaws.services.dynamodbv2.model.ProvisionedThroughput;
import com.amazonaws.services.dynamodbv2.util.TableUtils;
import com.amazonaws.services.kms.AWSKMS;
import com.fasterxml.jackson.databind.JsonNode;
import java.security.GeneralSecurityException;
import java.util.HashMap;
import java.util.Map;
import javax.crypto.SecretKey;

/** The client's providers and stores by their configuration. */
final class Providers {
  private static final int TABLE_ACTIVE_MILLIS = 30_000;
  private static final int POLL_MILLIS = 100;

  private final Services services;
  private final Map<JsonNode, MetaStore> stores = new HashMap<>();
  /** Providers that cache, by configuration: a new one would start with nothing. */
  private final Map<JsonNode, CachingMostRecentProvider> caching = new HashMap<>();

  Providers(Services services) {
    this.services = services;
  }

  /** The provider for one request. The description prefix is that of the encryptor. */
  EncryptionMaterialsProvider forRequest(JsonNode config, boolean encrypting, String prefix)
      throws GeneralSecurityException {
    return provider(config, description(config, encrypting, prefix));
  }

  private EncryptionMaterialsProvider provider(JsonNode config, Map<String, String> description)
      throws GeneralSecurityException {
    return switch (config.path("type").asText()) {
      case "static" -> fixed(new Keys(config), description);
      case "wrapped" -> wrapped(new Keys(config), description);
      case "kms" -> kms(config);
      case "most_recent" -> mostRecent(config);
      default -> throw new IllegalArgumentException("unknown provider type");
    };
  }

  private static EncryptionMaterialsProvider fixed(Keys keys, Map<String, String> description)
      throws GeneralSecurityException {
    SecretKey key = keys.secret("encryption_key");
    return signsByPair(keys)
        ? new SymmetricStaticProvider(
            key, keys.pair("verification_key", "signing_key"), description)
        : new SymmetricStaticProvider(key, signingSecret(keys), description);
  }

  private static EncryptionMaterialsProvider wrapped(Keys keys, Map<String, String> description)
      throws GeneralSecurityException {
    if (keys.isAsymmetric("wrapping_key", "unwrapping_key")) {
      return signsByPair(keys)
          ? new AsymmetricStaticProvider(
              keys.pair("wrapping_key", "unwrapping_key"),
              keys.pair("verification_key", "signing_key"),
              description)
          : new AsymmetricStaticProvider(
              keys.pair("wrapping_key", "unwrapping_key"), signingSecret(keys), description);
    }
    SecretKey wrapping = keys.secret("wrapping_key");
    SecretKey unwrapping = keys.secret("unwrapping_key");
    return signsByPair(keys)
        ? new WrappedMaterialsProvider(
            wrapping, unwrapping, keys.pair("verification_key", "signing_key"), description)
        : new WrappedMaterialsProvider(wrapping, unwrapping, signingSecret(keys), description);
  }

  /** Reads any item whatever its own description says, so the requested one does no harm. */
  private EncryptionMaterialsProvider kms(JsonNode config) {
    AWSKMS client = services.kms(config.path("kms"));
    Map<String, String> description = new HashMap<>();
    addRequested(config, description);
    return new DirectKmsMaterialProvider(client, config.path("key_id").asText(), description);
  }

  private EncryptionMaterialsProvider mostRecent(JsonNode config) throws GeneralSecurityException {
    CachingMostRecentProvider provider = caching.get(config);
    if (provider == null) {
      provider =
          new CachingMostRecentProvider(
              store(config), materialName(config), config.path("ttl_ms").asLong());
      caching.put(config, provider);
    }
    return provider;
  }

  /** Creates the table of a most recent provider's store. */
  void createTable(JsonNode config) throws InterruptedException {
    JsonNode store = config.path("store");
    String table = store.path("table").asText();
    var client = services.dynamoDB(store.path("dynamodb"));
    MetaStore.createTable(client, table, new ProvisionedThroughput(1L, 1L));
    TableUtils.waitUntilActive(client, table, TABLE_ACTIVE_MILLIS, POLL_MILLIS);
  }

  /** The newest version of the material; -1 for none. */
  long maxVersion(JsonNode config) throws GeneralSecurityException {
    return store(config).getMaxVersion(materialName(config));
  }

  /** Adds a version and returns its number. */
  long rotate(JsonNode config) throws GeneralSecurityException {
    store(config).newProvider(materialName(config));
    return maxVersion(config);
  }

  private MetaStore store(JsonNode config) throws GeneralSecurityException {
    JsonNode store = config.path("store");
    MetaStore result = stores.get(store);
    if (result == null) {
      JsonNode inner = store.path("provider");
      result =
          new MetaStore(
              services.dynamoDB(store.path("dynamodb")),
              store.path("table").asText(),
              // It reads and writes, and with a description a provider refuses to read items without.
              DynamoDBEncryptor.getInstance(provider(inner, Map.of())));
      stores.put(store, result);
    }
    return result;
  }

  private static String materialName(JsonNode config) {
    return config.path("material_name").asText();
  }

  /**
   * The requested description. A provider with one refuses to read items that lack it, so it is
   * asked for only on encryption; on decryption the item's own description says what to do.
   */
  private static Map<String, String> description(
      JsonNode config, boolean encrypting, String prefix) {
    Map<String, String> description = new HashMap<>();
    if (!encrypting) {
      return description;
    }
    Keys keys = new Keys(config);
    if (signsByPair(keys)) {
      description.put(prefix + "signingAlg", keys.algorithm("signing_key"));
    }
    if (config.hasNonNull("wrap_algorithm")) {
      description.put("amzn-ddb-wrap-alg", config.get("wrap_algorithm").asText());
    }
    addRequested(config, description);
    return description;
  }

  private static void addRequested(JsonNode config, Map<String, String> description) {
    config
        .path("description")
        .fields()
        .forEachRemaining(f -> description.put(f.getKey(), f.getValue().asText()));
  }

  private static boolean signsByPair(Keys keys) {
    return keys.isAsymmetric("signing_key", "verification_key");
  }

  private static SecretKey signingSecret(Keys keys) {
    SecretKey key = keys.secret("signing_key");
    return key != null ? key : keys.secret("verification_key");
  }
}
