package ddbcrypt.interop.models;

import com.amazonaws.services.dynamodbv2.datamodeling.DynamoDBTable;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** An attribute of each common kind. */
@DynamoDBTable(tableName = "named-by-the-request")
public class Values extends Keys {
  private String name;
  private Integer age;
  private Long balance;
  private Double score;
  private BigDecimal rate;
  private Boolean active;
  private byte[] photo;
  private ByteBuffer thumbnail;
  private Set<String> tags;
  private Set<Long> numbers;
  private Set<ByteBuffer> digests;
  private List<String> history;
  private Map<String, Integer> limits;
  private Address address;
  private List<Address> former;

  public String getName() {
    return name;
  }

  public void setName(String name) {
    this.name = name;
  }

  public Integer getAge() {
    return age;
  }

  public void setAge(Integer age) {
    this.age = age;
  }

  public Long getBalance() {
    return balance;
  }

  public void setBalance(Long balance) {
    this.balance = balance;
  }

  public Double getScore() {
    return score;
  }

  public void setScore(Double score) {
    this.score = score;
  }

  public BigDecimal getRate() {
    return rate;
  }

  public void setRate(BigDecimal rate) {
    this.rate = rate;
  }

  public Boolean getActive() {
    return active;
  }

  public void setActive(Boolean active) {
    this.active = active;
  }

  public byte[] getPhoto() {
    return photo;
  }

  public void setPhoto(byte[] photo) {
    this.photo = photo;
  }

  public ByteBuffer getThumbnail() {
    return thumbnail;
  }

  public void setThumbnail(ByteBuffer thumbnail) {
    this.thumbnail = thumbnail;
  }

  public Set<String> getTags() {
    return tags;
  }

  public void setTags(Set<String> tags) {
    this.tags = tags;
  }

  public Set<Long> getNumbers() {
    return numbers;
  }

  public void setNumbers(Set<Long> numbers) {
    this.numbers = numbers;
  }

  public Set<ByteBuffer> getDigests() {
    return digests;
  }

  public void setDigests(Set<ByteBuffer> digests) {
    this.digests = digests;
  }

  public List<String> getHistory() {
    return history;
  }

  public void setHistory(List<String> history) {
    this.history = history;
  }

  public Map<String, Integer> getLimits() {
    return limits;
  }

  public void setLimits(Map<String, Integer> limits) {
    this.limits = limits;
  }

  public Address getAddress() {
    return address;
  }

  public void setAddress(Address address) {
    this.address = address;
  }

  public List<Address> getFormer() {
    return former;
  }

  public void setFormer(List<Address> former) {
    this.former = former;
  }
}
