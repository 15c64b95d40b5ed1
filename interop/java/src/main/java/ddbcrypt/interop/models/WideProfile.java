package ddbcrypt.interop.models;

import com.amazonaws.services.dynamodbv2.datamodeling.DynamoDBTable;
import java.util.Set;

/** Has attributes that other profiles do not model. */
@DynamoDBTable(tableName = "named-by-the-request")
public class WideProfile extends Profile {
  private String email;
  private Integer visits;
  private Set<String> tags;

  public String getEmail() {
    return email;
  }

  public void setEmail(String email) {
    this.email = email;
  }

  public Integer getVisits() {
    return visits;
  }

  public void setVisits(Integer visits) {
    this.visits = visits;
  }

  public Set<String> getTags() {
    return tags;
  }

  public void setTags(Set<String> tags) {
    this.tags = tags;
  }
}
