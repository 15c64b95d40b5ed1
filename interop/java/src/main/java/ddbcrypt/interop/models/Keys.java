package ddbcrypt.interop.models;

import com.amazonaws.services.dynamodbv2.datamodeling.DynamoDBHashKey;
import com.amazonaws.services.dynamodbv2.datamodeling.DynamoDBRangeKey;
import com.amazonaws.services.dynamodbv2.datamodeling.DynamoDBTable;

/** The keys of the table. */
@DynamoDBTable(tableName = "named-by-the-request")
public class Keys {
  private String id;
  private Long created;

  @DynamoDBHashKey
  public String getId() {
    return id;
  }

  public void setId(String id) {
    this.id = id;
  }

  @DynamoDBRangeKey
  public Long getCreated() {
    return created;
  }

  public void setCreated(Long created) {
    this.created = created;
  }
}
