package ddbcrypt.interop;

import com.amazonaws.auth.AWSCredentialsProvider;
import com.amazonaws.auth.AWSStaticCredentialsProvider;
import com.amazonaws.auth.BasicAWSCredentials;
import com.amazonaws.client.builder.AwsClientBuilder.EndpointConfiguration;
import com.amazonaws.services.dynamodbv2.AmazonDynamoDB;
import com.amazonaws.services.dynamodbv2.AmazonDynamoDBClientBuilder;
import com.amazonaws.services.kms.AWSKMS;
import com.amazonaws.services.kms.AWSKMSClientBuilder;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashMap;
import java.util.Map;

/** SDK clients, one for each endpoint configuration. Requests are answered one by one, so there are no locks. */
final class Services {
  /** Servers for tests look at the access key at most. */
  private static final String SECRET = "secret";

  private final Map<JsonNode, AWSKMS> kms = new HashMap<>();
  private final Map<JsonNode, AmazonDynamoDB> dynamoDB = new HashMap<>();

  AWSKMS kms(JsonNode endpoint) {
    return kms.computeIfAbsent(
        endpoint,
        e ->
            AWSKMSClientBuilder.standard()
                .withEndpointConfiguration(where(e))
                .withCredentials(caller(e))
                .build());
  }

  AmazonDynamoDB dynamoDB(JsonNode endpoint) {
    return dynamoDB.computeIfAbsent(
        endpoint,
        e ->
            AmazonDynamoDBClientBuilder.standard()
                .withEndpointConfiguration(where(e))
                .withCredentials(caller(e))
                .build());
  }

  private static EndpointConfiguration where(JsonNode endpoint) {
    return new EndpointConfiguration(
        endpoint.path("url").asText(), endpoint.path("region").asText());
  }

  private static AWSCredentialsProvider caller(JsonNode endpoint) {
    return new AWSStaticCredentialsProvider(
        new BasicAWSCredentials(endpoint.path("access_key").asText(), SECRET));
  }
}
