namespace DeepSharp.Vgg.Tests;

/// <summary>The code of docs/weights.md.</summary>
public class WeightsPageTests
{
    [Fact]
    public void A_configuration_of_one_s_own()
    {
        // It ends in a pooling, but names and shapes would be the same if it did not.
        string path = Path.Combine(AppContext.BaseDirectory, "Fixtures", "foreign", "grey.pth");
        using var file = WeightsFile.Open(path);
        var recognition = VggRecognition.Of(file, VggConfig.Parse("4,M,8,8"));
        foreach (string assumption in recognition.Assumptions) Console.WriteLine($"Assuming {assumption}.");
        using var model = VggModel.Load<float>(recognition);
        Assert.Equal("4,M,8,8", model.Config.ToString());
        Assert.Empty(recognition.Assumptions);
    }

    [Fact]
    public void The_page_shows_this_code() => DocumentedCode.AssertShown("weights.md", "WeightsPageTests.cs", blocks: 1, maxLines: 10);
}
