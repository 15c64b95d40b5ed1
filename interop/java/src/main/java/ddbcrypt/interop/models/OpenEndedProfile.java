package ddbcrypt.interop.models;

import com.amazonaws.services.dynamodbv2.datamodeling.DynamoDBTable;
import com.amazonaws.services.dynamodbv2.datamodeling.encryption.HandleUnknownAttributes;

/** Takes attributes that it does not model for encrypted. */
@DynamoDBTable(tableName = "named-by-the-request")
@HandleUnknownAttributes
public class OpenEndedProfile extends Profile {}
