package ddbcrypt.interop;

import com.amazonaws.services.dynamodbv2.AmazonDynamoDB;
import com.amazonaws.services.dynamodbv2.datamodeling.AttributeEncryptor;
import com.amazonaws.services.dynamodbv2.datamodeling.ConversionSchema;
import com.amazonaws.services.dynamodbv2.datamodeling.ConversionSchemas;
import com.amazonaws.services.dynamodbv2.datamodeling.DynamoDBMapper;
import com.amazonaws.services.dynamodbv2.datamodeling.DynamoDBMapperConfig;
import com.amazonaws.services.dynamodbv2.datamodeling.DynamoDBMapperConfig.SaveBehavior;
import com.amazonaws.services.dynamodbv2.datamodeling.DynamoDBMapperConfig.TableNameOverride;
import com.amazonaws.services.dynamodbv2.datamodeling.DynamoDBQueryExpression;
import com.amazonaws.services.dynamodbv2.datamodeling.encryption.DynamoDBEncryptor;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.util.List;

/** Has the published mapper save, load, query or delete an object of a class of package models. */
final class MapperPeer {
  private final JsonNode mapped;
  private final Class<?> type;
  private final DynamoDBMapper mapper;

  MapperPeer(JsonNode request, Services services, Providers providers)
      throws GeneralSecurityException, ClassNotFoundException {
    this.mapped = request.path("mapped");
    this.type = Class.forName("ddbcrypt.interop.models." + mapped.path("class").asText());
    AmazonDynamoDB client = services.dynamoDB(mapped.path("dynamodb"));
    // It saves and loads, and with a description a provider refuses to read items without.
    DynamoDBEncryptor encryptor =
        DynamoDBEncryptor.getInstance(providers.forRequest(request.get("provider"), false, ""));
    this.mapper =
        new DynamoDBMapper(
            client, config(request.path("table").asText()), new AttributeEncryptor(encryptor));
  }

  private DynamoDBMapperConfig config(String table) {
    var config =
        DynamoDBMapperConfig.builder()
            .withTableNameOverride(TableNameOverride.withTableNameReplacement(table));
    if (mapped.hasNonNull("save_behavior")) {
      config.withSaveBehavior(SaveBehavior.valueOf(mapped.get("save_behavior").asText()));
    }
    if (mapped.hasNonNull("schema")) {
      config.withConversionSchema(schema(mapped.get("schema").asText()));
    }
    return config.build();
  }

  private static ConversionSchema schema(String name) {
    return switch (name) {
      case "V1" -> ConversionSchemas.V1;
      case "V2_COMPATIBLE" -> ConversionSchemas.V2_COMPATIBLE;
      case "V2" -> ConversionSchemas.V2;
      default -> throw new IllegalArgumentException("unknown schema");
    };
  }

  /** The resulting objects: the one that was saved or loaded, or all that a query found. */
  ArrayNode run(String op) throws IOException {
    return ObjectJson.format(run(op, ObjectJson.parse(mapped.get("object"), type)));
  }

  /** Load and query take the keys from the object. */
  private <T> List<T> run(String op, T object) {
    switch (op) {
      case "mapper_save" -> {
        mapper.save(object);
        return List.of(object);
      }
      case "mapper_load" -> {
        T loaded = mapper.load(object);
        return loaded == null ? List.of() : List.of(loaded);
      }
      case "mapper_query" -> {
        return List.copyOf(query(object));
      }
      case "mapper_delete" -> {
        mapper.delete(object);
        return List.of();
      }
      default -> throw new IllegalArgumentException("unknown op");
    }
  }

  private <T> List<T> query(T object) {
    DynamoDBQueryExpression<T> expression =
        new DynamoDBQueryExpression<T>().withHashKeyValues(object);
    if (mapped.hasNonNull("index")) {
      expression.withIndexName(mapped.get("index").asText()).withConsistentRead(false);
    }
    @SuppressWarnings("unchecked")
    Class<T> queried = (Class<T>) type;
    return mapper.query(queried, expression);
  }
}
