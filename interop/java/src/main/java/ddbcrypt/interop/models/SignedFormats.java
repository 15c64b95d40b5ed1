package ddbcrypt.interop.models;

import com.amazonaws.services.dynamodbv2.datamodeling.DynamoDBTable;
import com.amazonaws.services.dynamodbv2.datamodeling.encryption.DoNotEncrypt;

/** The same in readable form. */
@DynamoDBTable(tableName = "named-by-the-request")
@DoNotEncrypt
public class SignedFormats extends Formats {}
