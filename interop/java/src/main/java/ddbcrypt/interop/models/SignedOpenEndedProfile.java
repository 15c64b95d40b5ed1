package ddbcrypt.interop.models;

import com.amazonaws.services.dynamodbv2.datamodeling.DynamoDBTable;
import com.amazonaws.services.dynamodbv2.datamodeling.encryption.DoNotEncrypt;
import com.amazonaws.services.dynamodbv2.datamodeling.encryption.HandleUnknownAttributes;

/** Takes attributes that it does not model for signed. */
@DynamoDBTable(tableName = "named-by-the-request")
@DoNotEncrypt
@HandleUnknownAttributes
public class SignedOpenEndedProfile extends Profile {}
