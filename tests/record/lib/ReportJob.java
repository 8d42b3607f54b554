// SPDX-License-Identifier: Apache-2.0
// A Flink program that counts a few numbers, under the name that its first word says. It is handed in over REST.
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

public class ReportJob {
    public static void main(String[] words) throws Exception {
        StreamExecutionEnvironment flink = StreamExecutionEnvironment.getExecutionEnvironment();
        flink.fromData(1, 2, 3).print();
        flink.execute(words[0]);
    }
}
